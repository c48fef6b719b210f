import { execFile, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nativeSources } from '../support/native-sources.ts';

const compiler = 'clang++';
const headers = dirname(createRequire(import.meta.url).resolve('node-api-headers/include/node_api.h'));
const settings = ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-DCONVOLAB_PATH=baseline'];
const missing = spawnSync(compiler, ['--version']).status === 0 ? null : `${compiler} is not installed`;

describe.skipIf(missing)(`the native sources under clang${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it.each(nativeSources())('%s compiles without a warning', async (_, file) => {
    const args = [...settings, '-DCONVOLAB_PATH_BASELINE', '-I', headers, file];
    await expect(promisify(execFile)(compiler, args)).resolves.toMatchObject({ stderr: '' });
  });
});
