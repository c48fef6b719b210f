import { registerHooks } from 'node:module';

/**
 * Gives every process that loads this a "GPU" which is the CPU's backend that fails as told (see `backend.ts` beside this):
 * a healthy driver neither hangs nor crashes on demand. Everything else is as it ships.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('webgpu/index.ts')
      ? next(new URL('./backend.ts', import.meta.url).href, context)
      : next(specifier, context),
});
