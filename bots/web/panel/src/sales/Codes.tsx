/** Codes that make tickets cheaper: made, seen and taken away by the organizer. */
import { useState } from 'react';
import { client, rows } from '../api/client';
import { money, toMinor } from '../draft/money';
import { useWords } from '../i18n';
import { Field } from '../ui/Field';
import { OwnList } from './OwnList';
import { useOwnRows } from './useOwnRows';

interface Code {
  id: string;
  code: string;
  percent: number | null;
  amount_cents: number | null;
  most_orders: number | null;
}

async function codes(event: string): Promise<Code[]> {
  const supabase = await client();
  return rows<Code[]>(await supabase.from('promo_codes').select('id,code,percent,amount_cents,most_orders').eq('event_id', event).order('code'));
}

async function remove({ id }: Code): Promise<void> {
  const supabase = await client();
  rows(await supabase.from('promo_codes').delete().eq('id', id));
}

interface Typed {
  code: string;
  off: string;
  unit: 'percent' | 'amount';
  most: string;
}

const NOTHING: Typed = { code: '', off: '', unit: 'percent', most: '' };

/** The row for what was typed; null where it makes no code. */
function rowOf({ code, off, unit, most }: Typed, currency: string | null): Omit<Code, 'id'> | null {
  const written = code.trim().toUpperCase();
  const value = unit === 'percent' ? Number(off.replace(',', '.')) : toMinor(off, currency);
  const count = most.trim() === '' ? null : Number(most);
  const lawful = /^[A-Z0-9][A-Z0-9_-]{1,39}$/.test(written) && value !== null && value > 0 && (unit === 'amount' || value <= 100);
  if (!lawful || (count !== null && !(Number.isInteger(count) && count > 0))) return null;
  return { code: written, most_orders: count, percent: unit === 'percent' ? value : null, amount_cents: unit === 'amount' ? value : null };
}

export function Codes({ event, currency }: { event: string; currency: string | null }) {
  const { t, lang } = useWords();
  const list = useOwnRows('codes', event, codes);
  const [typed, setTyped] = useState(NOTHING);
  const type = (part: Partial<Typed>) => setTyped({ ...typed, ...part });
  const add = () => {
    const row = rowOf(typed, currency);
    if (!row) return list.setTrouble(t('codes.wrong'));
    const taken = (failure: { status: number }) => (failure.status === 409 ? t('codes.taken') : null);
    void list.change(async () => {
      const supabase = await client();
      rows(await supabase.from('promo_codes').insert({ event_id: event, ...row }));
      setTyped({ ...NOTHING, unit: typed.unit });
    }, taken);
  };
  const worth = (one: Code) => (one.percent !== null ? `${one.percent} %` : money(one.amount_cents ?? 0, currency, lang));
  return (
    <OwnList
      id="codes"
      title={t('codes.title')}
      text={t('codes.text')}
      list={list}
      show={(one) => ({ name: one.code, about: one.most_orders === null ? worth(one) : `${worth(one)} · ${t('codes.upTo', { n: one.most_orders })}` })}
      removeWords={t('codes.remove')}
      onRemove={remove}
      addWords={t('codes.add')}
      onAdd={add}
    >
      <div className="pair">
        <Field label={t('codes.code')} error={list.trouble}>
          {(control) => <input {...control} value={typed.code} maxLength={40} autoCapitalize="characters" autoComplete="off" onChange={(change) => type({ code: change.target.value })} />}
        </Field>
        <Field label={t('codes.off')}>
          {(control) => <input {...control} value={typed.off} inputMode="decimal" onChange={(change) => type({ off: change.target.value })} />}
        </Field>
        <Field label={t('codes.unit')}>
          {(control) => (
            <select {...control} value={typed.unit} onChange={(change) => type({ unit: change.target.value as Typed['unit'] })}>
              <option value="percent">{t('codes.percent')}</option>
              <option value="amount">{t('codes.amount')}</option>
            </select>
          )}
        </Field>
        <Field label={t('codes.most')} hint={t('codes.most.hint')}>
          {(control) => <input {...control} value={typed.most} inputMode="numeric" onChange={(change) => type({ most: change.target.value })} />}
        </Field>
      </div>
    </OwnList>
  );
}
