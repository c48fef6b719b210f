import { createReferenceBackend } from '../../core/backends/reference/index.ts';
import { describePlans } from '../support/plans.ts';

// Against itself with float32 storage: no network of the suite sits on a kink whatever is drawn, and rounding alone
// stays within the tolerance that other backends are held to.
describePlans(createReferenceBackend({ precision: 'float32' }));
