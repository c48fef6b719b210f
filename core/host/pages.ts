import { createHash } from 'node:crypto';

/** The look of the window's panels, small enough to travel with every page. */
const style = `
:root { color-scheme: light dark; }
body { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif;
  background: light-dark(#ffffff, #16191d); color: light-dark(#15181c, #e8ebef); }
h1 { font-size: 20px; font-weight: 600; }
p { color: light-dark(#454d57, #b4bcc6); }
a { color: light-dark(#0b5fd0, #7fb2ff); }
code, kbd { font: 13px ui-monospace, monospace; }
`;

/** What a content security policy says to allow this style and no other. */
export const pageStyle = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** The few pages the host writes itself: no script, readable in any browser. */
function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"><style>${style}</style>${head}</head>
<body><h1>${title}</h1>${body}</body>
</html>
`;
}

/** After the token was exchanged: goes on to the window, without the token in the address. */
export const openedPage = page(
  'Convolab',
  '<p><a href="/">Open the workbench</a></p>',
  '<meta http-equiv="refresh" content="0; url=/">',
);

/** For a browser that came without a session: with a used address, by hand, or from before the host was started again. */
export const unauthorizedPage = page(
  'This window’s link has ended',
  `<p>Convolab was started again, or this address was used before: each address that it prints opens one browser, once.</p>
<p>Use the new link printed in the terminal where Convolab runs; <kbd>Enter</kbd> there prints another one. Runs are not affected.</p>`,
);

export const notBuiltPage = page(
  'The window is not built',
  '<p>Run <code>npm run build</code> in the project folder, then reload this page.</p>',
);
