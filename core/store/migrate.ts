import { existsSync, statSync } from 'node:fs';
import { ConvolabError } from '../contract/errors.ts';
import { Connection, damagedHint } from './connection.ts';
import { migrations } from './migrations/index.ts';

/** "CNVL": tells our files from any other SQLite database. */
const applicationId = 0x434e564c;

/**
 * Refuses what must not be touched, before anything is written to it.
 * @throws `store.newer` for a store made by a later version, `store.damaged` for what is no store of ours
 */
export function inspectStore(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  const connection = new Connection(path, { readonly: true });
  try {
    // Another process may be making the store at this moment. What is in it comes at once with its marks, so that whoever has
    // seen the one finds the other; looked for the other way round, it could come in between.
    const empty = isEmpty(connection);
    const version = Number(connection.pragma('user_version'));
    const id = Number(connection.pragma('application_id'));
    if (empty && version === 0 && id === 0) return;
    if (id !== applicationId) {
      throw new ConvolabError('store.damaged', `The file is no Convolab store: ${path}`, {
        subject: path,
        hint: damagedHint,
      });
    }
    if (version <= migrations.length) return;
    throw new ConvolabError(
      'store.newer',
      `The store has version ${version}, made by a newer Convolab; this one knows up to ${migrations.length}: ${path}`,
      { subject: path, hint: 'Update Convolab, or choose another folder with --home. Nothing was changed.' },
    );
  } finally {
    connection.close();
  }
}

function isEmpty(connection: Connection): boolean {
  return connection.prepare('SELECT name FROM sqlite_schema LIMIT 1').get() === undefined;
}

/** Brings a store to the present version, each migration whole or not at all; safe when two processes start at once. */
export function migrate(connection: Connection): void {
  for (let version = 0; version < migrations.length; version++) {
    connection.transaction(() => {
      if (Number(connection.pragma('user_version')) !== version) return;
      connection.execute(migrations[version]?.sql ?? '');
      connection.pragma(`application_id = ${applicationId}`);
      connection.pragma(`user_version = ${version + 1}`);
    });
  }
}
