import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { devicesFor, leasedDevice } from '../../../core/backends/choice.ts';
import {
  knownAdapters,
  longFreshMs,
  type Survey,
  surveyAdapters,
} from '../../../core/backends/webgpu/adapters.ts';
import { temporaryFolder } from '../../support/project.ts';
import { useNoVulkan, useSoftwareVulkan, vulkanMissing } from '../../support/vulkan.ts';

/** Patient enough for a process to start on a busy machine, short enough to wait for. */
const timeoutMs = 4000;
const missing = vulkanMissing();

/** Surveys a machine whose drivers behave as told: `names` of the adapters, and a body that answers for `name`. */
async function surveyOf(names: unknown, body: string): Promise<Survey> {
  using folder = temporaryFolder();
  const script = join(folder.path, 'survey.mjs');
  writeFileSync(
    script,
    `const [name, preference] = process.argv.slice(2);
    const facts = { vendor: 'v', architecture: 'a', driver: preference, software: false, limits: {}, features: [] };
    const answer = (value) => process.stdout.write(JSON.stringify(value));
    if (name === undefined) answer(${JSON.stringify(names)});
    else { ${body} }`,
  );
  return await surveyAdapters({ script, timeoutMs });
}

const listed = (...names: string[]) => names.map((name) => ({ backend: 'vulkan', name }));
const same = (...names: string[]) => ({
  'high-performance': listed(...names),
  'low-power': listed(...names),
});

describe('a survey of the GPUs', () => {
  test.skipIf(missing)(
    `finds the software GPU with its driver, limits and features${missing ? ` (skipped: ${missing})` : ''}`,
    async () => {
      useSoftwareVulkan();
      const { adapters, absence } = await surveyAdapters();
      expect(adapters).toHaveLength(1);
      expect(adapters[0]).toMatchObject({
        id: 'gpu:0',
        backend: 'vulkan',
        software: true,
        absence: null,
        facts: { vendor: 'google', driver: expect.stringContaining('SwiftShader') },
      });
      expect(adapters[0]?.facts?.limits.maxBufferSize).toBeGreaterThan(2 ** 28);
      expect(adapters[0]?.facts?.features).toContain('subgroups');
      expect(absence?.reason).toContain('environment');
    },
  );

  test('says why there is none, and what would help', async () => {
    useNoVulkan();
    const { adapters, absence } = await surveyAdapters();
    expect(adapters).toEqual([]);
    expect(absence?.reason).toContain('/nowhere/driver.json');
    expect(absence?.help).toContain('VK_DRIVER_FILES');
  });

  test.skipIf(missing)(
    `names the library that a driver lacks${missing ? ` (skipped: ${missing})` : ''}`,
    async () => {
      using folder = temporaryFolder();
      const driver = join(folder.path, 'driver.json');
      const lacking = { library_path: 'libGLX_nvidia-lacking.so.0', api_version: '1.3.0' };
      writeFileSync(driver, JSON.stringify({ file_format_version: '1.0.1', ICD: lacking }));
      vi.stubEnv('VK_DRIVER_FILES', driver);
      onTestFinished(() => void vi.unstubAllEnvs());
      const { adapters, absence } = await surveyAdapters();
      expect(adapters).toEqual([]);
      expect(absence?.reason).toContain('libGLX_nvidia-lacking.so.0 is missing');
      expect(absence?.help).toContain('NVIDIA');
    },
  );

  test('is made again only when it has grown older than whoever asks will have it', async () => {
    useNoVulkan();
    using now = vi.spyOn(performance, 'now');
    const at = (seconds: number) => now.mockReturnValue(1e9 + 1000 * seconds);
    at(0);
    const first = knownAdapters();
    at(59);
    expect(knownAdapters()).toBe(first);
    at(599);
    expect(knownAdapters(longFreshMs)).toBe(first);
    const second = knownAdapters();
    expect(second).not.toBe(first);
    expect(knownAdapters(longFreshMs)).toBe(second);
    await Promise.all([first, second]);
  });

  test('loses only the GPU whose driver hangs or crashes', async () => {
    const { adapters } = await surveyOf(
      same('Hanging', 'Crashing', 'Good'),
      `if (name === 'Hanging') setInterval(() => {}, 1000);
       else if (name === 'Crashing') process.kill(process.pid, 'SIGSEGV');
       else answer(facts);`,
    );
    expect(adapters.map(({ id, name }) => [id, name])).toEqual([
      ['gpu:0', 'Good'],
      ['gpu:1', 'Hanging'],
      ['gpu:2', 'Crashing'],
    ]);
    expect(adapters.map(({ absence }) => absence?.reason ?? null)).toEqual([
      null,
      'The driver did not answer in time.',
      expect.stringContaining('SIGSEGV'),
    ]);
  });

  test('outlasts drivers that hang before they have named anything', async () => {
    using folder = temporaryFolder();
    const script = join(folder.path, 'survey.mjs');
    writeFileSync(script, 'setInterval(() => {}, 1000);');
    const { adapters, absence } = await surveyAdapters({ script, timeoutMs: 500 });
    expect(adapters).toEqual([]);
    expect(absence?.reason).toContain('did not answer');
  });

  test('addresses a GPU whose name is part of another’s by the other order, and none that stands behind its twin', async () => {
    const order = (...names: string[]) => listed(...names);
    const names = {
      'high-performance': order('RTX 9 Ti', 'RTX 9', 'Arc', 'Arc'),
      'low-power': order('Arc', 'Arc', 'RTX 9', 'RTX 9 Ti'),
    };
    const { adapters } = await surveyOf(names, 'answer(facts);');
    expect(
      adapters.map(({ name, powerPreference, absence }) => [name, powerPreference, absence === null]),
    ).toEqual([
      ['RTX 9 Ti', 'high-performance', true],
      ['RTX 9', 'low-power', true],
      ['Arc', 'high-performance', true],
      ['Arc', 'high-performance', false],
    ]);
    expect(adapters[1]?.options).toEqual(['adapter=RTX 9']);
  });
});

describe('a choice of device', () => {
  const facts = { vendor: 'v', architecture: 'a', driver: 'd', software: false, limits: {}, features: [] };
  const adapter = (id: string, kind: 'real' | 'software' | 'broken') => ({
    id,
    name: `${kind} ${id}`,
    backend: 'vulkan',
    software: kind === 'software',
    options: [],
    powerPreference: 'high-performance' as const,
    facts: kind === 'broken' ? null : facts,
    absence: kind === 'broken' ? { reason: 'It is broken.', help: 'Mend it.' } : null,
  });
  const absence = { reason: 'No driver.', help: 'Install one.' };
  const none: Survey = { adapters: [], absence };
  const software: Survey = { adapters: [adapter('gpu:0', 'software')], absence };
  const mixed: Survey = {
    adapters: [
      adapter('gpu:0', 'real'),
      adapter('gpu:1', 'real'),
      adapter('gpu:2', 'software'),
      adapter('gpu:3', 'broken'),
    ],
    absence: null,
  };
  const ids = (choice: string, survey: Survey) => devicesFor(choice, survey).map(({ id }) => id);

  test.each([
    ['auto', none, ['cpu']],
    ['auto', software, ['cpu']],
    ['auto', mixed, ['gpu:0', 'gpu:1']],
    ['gpu', software, ['gpu:0']],
    ['gpu', mixed, ['gpu:0', 'gpu:1']],
    ['gpu:2', mixed, ['gpu:2']],
    ['cpu', mixed, ['cpu']],
    ['reference', mixed, ['reference']],
  ] as const)('%s among the devices of case %#', (choice, survey, expected) => {
    expect(ids(choice, survey)).toEqual(expected);
  });

  test('of a software GPU comes with a warning that says what a real one would need', () => {
    const [device] = devicesFor('gpu', software);
    expect(device?.warning).toMatch(/processor.*No driver\. Install one\./);
    expect(devicesFor('gpu:1', mixed)[0]?.warning).toBeNull();
    expect(devicesFor('gpu:2', mixed)[0]?.warning).toContain('gpu:2');
  });

  test.each([
    ['gpu', none, 'No driver.', 'Install one.'],
    ['gpu:0', none, 'No driver.', 'Install one.'],
    ['gpu:3', mixed, 'It is broken.', 'Mend it.'],
    ['gpu:9', mixed, 'There is no "gpu:9" on this machine.', 'gpu:1 (real gpu:1)'],
    ['tpu', mixed, 'There is no device called "tpu".', 'gpu:<n>'],
  ] as const)('%s that cannot be had says why and what would help (%#)', (choice, survey, why, help) => {
    expect(() => devicesFor(choice, survey)).toThrow(
      expect.objectContaining({
        code: 'device.unavailable',
        subject: choice,
        message: expect.stringContaining(why),
        hint: expect.stringContaining(help),
      }),
    );
  });

  test('leases the CPU for the reference, which computes there', () => {
    expect(devicesFor('reference', none).map(leasedDevice)).toEqual(['cpu']);
    expect(devicesFor('gpu', software).map(leasedDevice)).toEqual(['gpu:0']);
  });
});
