/** Entry of a worker whose "GPU" fails as told. */
import './hooks.ts';

await import('../../../core/pool/worker.ts');
