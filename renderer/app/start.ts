import { useBridge } from './bridge.ts';
import { preloadPage } from './routes.ts';

// What a window waits for longest goes first: the connection to the engine and the script of its first page are under way while the
// application itself is still being read.
useBridge();
preloadPage(location.hash);
void import('./main.ts');
