import { createI18n } from 'vue-i18n';
import { en } from '../locales/en.ts';
import { formatCount } from '../ui/format.ts';

/** Dotted paths of every text in the catalogue. */
type Paths<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${K}` : Paths<T[K], `${Prefix}${K}.`>;
}[keyof T & string];
export type TextKey = Paths<typeof en>;

/** The shape every other language must fill, text for text. */
export type Catalogue<T = typeof en> = { [K in keyof T]: T[K] extends string ? string : Catalogue<T[K]> };

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } });

/** The text of `key` with its named values; `count` chooses between its forms ("1 run | {n} runs"). */
export type Text = (key: TextKey, values?: Record<string, unknown>, count?: number) => string;

const translate: Text = (key, values = {}, count) =>
  count === undefined
    ? i18n.global.t(key, values)
    : i18n.global.t(key, { n: formatCount(count), ...values }, count);

/** Texts for a component or a store; keys are checked by the compiler. */
export function useText(): Text {
  return translate;
}

/** True for a key made at run time (such as `status.running`) that the catalogue has. */
export function isTextKey(key: string): key is TextKey {
  return i18n.global.te(key, 'en');
}
