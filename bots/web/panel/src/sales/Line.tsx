/** The line of those who wait for seats: who stands in it, and who has an offer. */
import { client, rows } from '../api/client';
import { asFailure } from '../api/failure';
import { useWords } from '../i18n';
import { dated } from '../i18n/regional';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { useOwnRows } from './useOwnRows';

interface Waiting {
  id: string;
  name: string;
  email: string;
  seats: number;
  offered_at: string | null;
  created_at: string;
  ticket_tiers: { name: string } | null;
  orders: { status: string } | null;
}

async function line(event: string): Promise<Waiting[]> {
  const supabase = await client();
  const columns = 'id,name,email,seats,offered_at,created_at,ticket_tiers(name),orders(status)';
  const answer = await supabase.from('waiting').select(columns).eq('event_id', event).order('created_at').limit(500);
  return rows(answer as { data: Waiting[] | null; error: { message: string } | null; status: number });
}

export function Line({ event }: { event: string }) {
  const { t, lang } = useWords();
  const { found, trouble, change } = useOwnRows('line', event, line);
  // Nobody waits: there is nothing to show.
  if (!found.data?.length && !found.isError) return null;
  const remove = (id: string) =>
    void change(async () => {
      const supabase = await client();
      rows(await supabase.from('waiting').delete().eq('id', id));
    });
  const state = (one: Waiting) => {
    if (!one.offered_at) return t('line.waits');
    return t(one.orders?.status === 'paid' ? 'line.has' : one.orders?.status === 'pending' ? 'line.offered' : 'line.passed');
  };
  const since = (one: Waiting) => new Date(one.created_at).toLocaleDateString(dated(lang), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return (
    <section className="card stack" aria-labelledby="line">
      <h2 id="line">{t('line.title')}</h2>
      <p className="soft">{t('line.text')}</p>
      {(trouble ?? found.isError) && <Banner tone="bad">{trouble ?? failureWords(asFailure(found.error), t)}</Banner>}
      <ol className="guests">
        {(found.data ?? []).map((one) => (
          <li key={one.id} className="guest">
            <div>
              <strong>{one.name}</strong>
              <p className="soft">{[one.email, one.ticket_tiers?.name, since(one)].filter(Boolean).join(' · ')}</p>
            </div>
            <span className="tag">{state(one)}</span>
            {!one.offered_at && (
              <Button look="quiet" aria-label={`${t('line.remove')}: ${one.name}`} onClick={() => remove(one.id)}>{t('line.remove')}</Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
