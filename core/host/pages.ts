/** The few pages the host writes itself: no script, no style, readable in any browser. */
function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">${head}</head>
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

export const unauthorizedPage = page(
  'This address cannot open Convolab',
  '<p>The address that Convolab prints opens one browser, once. Press Enter in the terminal where it runs to get a new one.</p>',
);

export const notBuiltPage = page(
  'The window is not built',
  '<p>Run <code>npm run build</code> in the project folder, then reload this page.</p>',
);
