/** The currency of the event's prices. */
import { rescaled } from '../../draft/money';
import { useWords } from '../../i18n';
import { Field } from '../../ui/Field';
import { useDesk, useSnapshot } from '../desk';
import { Source } from '../Source';
import { useOwn } from '../useOwn';

export const CURRENCIES = ['USD', 'CAD', 'EUR', 'GBP', 'AUD', 'CHF', 'CNY', 'JPY', 'KRW', 'MXN', 'BRL', 'INR', 'SEK', 'NOK', 'DKK', 'NZD', 'SGD', 'HKD', 'ZAR', 'KWD'];

export function CurrencySelect() {
  const { t, lang } = useWords();
  const { store } = useDesk();
  const { draft } = useSnapshot();
  const own = useOwn()?.currency;
  const known = draft.currency && !CURRENCIES.includes(draft.currency) ? [draft.currency, ...CURRENCIES] : CURRENCIES;
  // The amounts stay as they are read: 150 dollars become 150 yen, not 15,000.
  const change = (code: string | null) => {
    const moved = (minor: number) => rescaled(minor, draft.currency, code);
    store.edit('currency', code);
    if (typeof draft.priceCents === 'number') store.edit('priceCents', moved(draft.priceCents));
    if (draft.ticketTiers?.length) store.edit('ticketTiers', draft.ticketTiers.map((tier) => ({ ...tier, priceCents: moved(tier.priceCents) })));
  };
  return (
    <Field label={t('pay.currency')} note={<Source field="currency" />}>
      {(control) => (
        <select {...control} name="currency" value={draft.currency ?? ''} onChange={(event) => change(event.target.value || null)}>
          {/* The event's country tells its currency before the organizer's own does. */}
          <option value="">{own && !draft.country ? t('settings.own', { value: currencyWords(own, lang) }) : t('settings.currency.none')}</option>
          {known.map((code) => (
            <option key={code} value={code}>
              {currencyWords(code, lang)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** "CAD – Canadian Dollar" in the reader's language. */
export function currencyWords(code: string, lang: string): string {
  const name = new Intl.DisplayNames(lang, { type: 'currency', fallback: 'none' }).of(code);
  return name ? `${code} – ${name}` : code;
}
