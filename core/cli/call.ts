import type { MethodName, Params, Result } from '../contract/methods.ts';
import type { Engine } from '../engine/api.ts';

/** The engine's method by name, typed by the contract's table. */
export function call<M extends MethodName>(engine: Engine, method: M, params: Params<M>): Promise<Result<M>> {
  return engine.call(method, params) as Promise<Result<M>>;
}
