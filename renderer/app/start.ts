import { useBridge } from './bridge.ts';
import { preloadPage } from './routes.ts';

// What a window waits for longest is under way while the rest of the application is prepared: the connection to the engine, and the
// script of the first page.
useBridge();
preloadPage(location.hash);
