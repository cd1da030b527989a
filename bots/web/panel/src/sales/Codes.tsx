/** Codes that make tickets cheaper: made, seen and taken away by the organizer. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { client, rows } from '../api/client';
import { asFailure } from '../api/failure';
import { money, toMinor } from '../draft/money';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';

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

export function Codes({ event, currency }: { event: string; currency: string | null }) {
  const { t, lang } = useWords();
  const cache = useQueryClient();
  const found = useQuery({ queryKey: ['codes', event], queryFn: () => codes(event), staleTime: 0 });
  const [code, setCode] = useState('');
  const [off, setOff] = useState('');
  const [unit, setUnit] = useState<'percent' | 'amount'>('percent');
  const [most, setMost] = useState('');
  const [error, setError] = useState<string | null>(null);
  const again = () => void cache.invalidateQueries({ queryKey: ['codes', event] });
  const add = async (submitted: FormEvent) => {
    submitted.preventDefault();
    const written = code.trim().toUpperCase();
    const value = unit === 'percent' ? Number(off.replace(',', '.')) : toMinor(off, currency);
    const count = most.trim() === '' ? null : Number(most);
    const lawful = /^[A-Z0-9][A-Z0-9_-]{1,39}$/.test(written) && value !== null && value > 0 && (unit === 'amount' || value <= 100);
    if (!lawful || (count !== null && !(Number.isInteger(count) && count > 0))) {
      setError(t('codes.wrong'));
      return;
    }
    const row = { event_id: event, code: written, most_orders: count, percent: unit === 'percent' ? value : null, amount_cents: unit === 'amount' ? value : null };
    try {
      const supabase = await client();
      rows(await supabase.from('promo_codes').insert(row));
      setCode('');
      setOff('');
      setMost('');
      setError(null);
      again();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.status === 409 ? t('codes.taken') : failureWords(failure, t));
    }
  };
  const remove = async (id: string) => {
    const supabase = await client();
    await supabase.from('promo_codes').delete().eq('id', id);
    again();
  };
  const worth = (one: Code) => (one.percent !== null ? `${one.percent} %` : money(one.amount_cents ?? 0, currency, lang));
  return (
    <section className="card stack" aria-labelledby="codes">
      <h2 id="codes">{t('codes.title')}</h2>
      {found.isError && <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>}
      {found.data && found.data.length > 0 && (
        <ul className="guests">
          {found.data.map((one) => (
            <li key={one.id} className="guest">
              <div>
                <strong>{one.code}</strong>
                <p className="soft">{one.most_orders === null ? worth(one) : `${worth(one)} · ${t('codes.upTo', { n: one.most_orders })}`}</p>
              </div>
              <Button look="quiet" aria-label={`${t('codes.remove')}: ${one.code}`} onClick={() => void remove(one.id)}>{t('codes.remove')}</Button>
            </li>
          ))}
        </ul>
      )}
      <form className="stack" onSubmit={(submitted) => void add(submitted)}>
        <div className="pair">
          <Field label={t('codes.code')} error={error}>
            {(control) => <input {...control} value={code} maxLength={40} autoCapitalize="characters" autoComplete="off" onChange={(typed) => setCode(typed.target.value)} />}
          </Field>
          <Field label={t('codes.off')}>
            {(control) => <input {...control} value={off} inputMode="decimal" onChange={(typed) => setOff(typed.target.value)} />}
          </Field>
          <Field label={t('codes.unit')}>
            {(control) => (
              <select {...control} value={unit} onChange={(chosen) => setUnit(chosen.target.value as 'percent' | 'amount')}>
                <option value="percent">{t('codes.percent')}</option>
                <option value="amount">{t('codes.amount')}</option>
              </select>
            )}
          </Field>
          <Field label={t('codes.most')} hint={t('codes.most.hint')}>
            {(control) => <input {...control} value={most} inputMode="numeric" onChange={(typed) => setMost(typed.target.value)} />}
          </Field>
        </div>
        <Button type="submit">{t('codes.add')}</Button>
      </form>
    </section>
  );
}
