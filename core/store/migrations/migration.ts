/** One step from a store's version to the next. Never edited once it has shipped. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}
