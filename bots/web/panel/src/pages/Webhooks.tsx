/** Other programs that are told what happens: made, tried, switched off, and what each was told. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { asFailure } from '../api/failure';
import { addWebhook, deliveries, pingWebhook, removeWebhook, replay, switchWebhook, webhooks, type Delivery, type Webhook } from '../api/webhooks';
import { RequireUser } from '../auth';
import { useWords, type Key } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { Shell } from '../ui/Shell';
import { useTitle } from '../ui/useTitle';
import { Waiting } from '../ui/Waiting';

export default function Webhooks() {
  return <RequireUser>{() => <WebhooksPage />}</RequireUser>;
}

function WebhooksPage() {
  const { t } = useWords();
  useTitle(t('hooks.title'));
  const cache = useQueryClient();
  const found = useQuery({ queryKey: ['webhooks'], queryFn: webhooks, staleTime: 0 });
  const [note, setNote] = useState<{ tone: 'good' | 'bad'; text: string } | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const change = async (work: () => Promise<unknown>, done: string | null) => {
    try {
      await work();
      setNote(done ? { tone: 'good', text: done } : null);
    } catch (thrown) {
      setNote({ tone: 'bad', text: failureWords(asFailure(thrown), t) });
    }
    void cache.invalidateQueries({ queryKey: ['webhooks'] });
    void cache.invalidateQueries({ queryKey: ['deliveries'] });
  };
  return (
    <Shell>
      <header className="page-head">
        <div>
          <h1>{t('hooks.title')}</h1>
          <p className="soft">{t('hooks.text')}</p>
        </div>
        <Link className="button plain" to="/settings">{t('settings.title')}</Link>
      </header>
      {note && <Banner tone={note.tone}>{note.text}</Banner>}
      {secret && (
        <section className="card stack" role="status">
          <p>{t('hooks.secret')}</p>
          <p className="url">{secret}</p>
        </section>
      )}
      <Add
        kinds={found.data?.kinds ?? []}
        onAdd={(url, kinds) => change(async () => setSecret((await addWebhook(url, kinds)).secret), null)}
      />
      {found.isPending && <Waiting lines={3} />}
      {found.isError && <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>}
      {found.data?.webhooks.map((one) => (
        <One key={one.id} webhook={one} onChange={(work, done) => void change(work, done)} />
      ))}
    </Shell>
  );
}

function Add({ kinds, onAdd }: { kinds: string[]; onAdd: (url: string, kinds: string[]) => Promise<void> }) {
  const { t } = useWords();
  const [url, setUrl] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const turn = (kind: string) => setChosen(chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind]);
  const add = (submitted: FormEvent) => {
    submitted.preventDefault();
    void onAdd(url.trim(), [...chosen]).then(() => setUrl(''));
  };
  return (
    <form className="card stack" onSubmit={add} aria-label={t('hooks.add')}>
      <Field label={t('hooks.url')} hint={t('hooks.url.hint')}>
        {(control) => <input {...control} type="url" required value={url} onChange={(typed) => setUrl(typed.target.value)} />}
      </Field>
      <fieldset className="stack">
        <legend>{t('hooks.kinds')}</legend>
        {kinds.map((kind) => (
          <label className="check" key={kind}>
            <input type="checkbox" checked={chosen.includes(kind)} onChange={() => turn(kind)} />
            <span>{t(`hooks.kind.${kind}` as Key)}</span>
          </label>
        ))}
      </fieldset>
      <Button type="submit">{t('hooks.add')}</Button>
    </form>
  );
}

interface OneProps {
  webhook: Webhook;
  onChange: (work: () => Promise<unknown>, done: string | null) => void;
}

function One({ webhook, onChange }: OneProps) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const { id } = webhook;
  const state: Key = webhook.enabled ? 'hooks.on' : webhook.disabledBecause === 'gone' ? 'hooks.gone' : 'hooks.off';
  return (
    <section className="card stack" aria-label={webhook.url}>
      <p className="url">{webhook.url}</p>
      <p className="soft">
        {t(state)} · {webhook.kinds.length === 0 ? t('hooks.all') : webhook.kinds.map((kind) => t(`hooks.kind.${kind}` as Key)).join(', ')}
      </p>
      <div className="row">
        <Button onClick={() => onChange(() => pingWebhook(id), t('hooks.pinged'))}>{t('hooks.ping')}</Button>
        <Button onClick={() => onChange(() => switchWebhook(id, !webhook.enabled), null)}>{t(webhook.enabled ? 'hooks.stop' : 'hooks.start')}</Button>
        <Button onClick={() => setOpen(!open)} aria-expanded={open}>{t('hooks.log')}</Button>
        <Button look="quiet" onClick={() => onChange(() => removeWebhook(id), t('hooks.removed'))}>{t('codes.remove')}</Button>
      </div>
      {open && <Log webhook={id} onReplay={(delivery) => onChange(() => replay(id, delivery), t('hooks.pinged'))} />}
    </section>
  );
}

function Log({ webhook, onReplay }: { webhook: string; onReplay: (delivery: string) => void }) {
  const { t, lang } = useWords();
  const found = useQuery({ queryKey: ['deliveries', webhook], queryFn: () => deliveries(webhook), staleTime: 0 });
  if (found.isPending) return <Waiting lines={2} />;
  if (found.isError) return <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>;
  const when = (one: Delivery) => new Date(one.createdAt).toLocaleString(lang);
  const outcome = (one: Delivery) => [t(`hooks.state.${one.status}` as Key), one.lastStatus ?? one.lastError, t('hooks.tries', { n: one.attempts })];
  if (found.data.deliveries.length === 0) return <p className="soft">{t('hooks.none')}</p>;
  return (
    <ul className="guests">
      {found.data.deliveries.map((one) => (
        <li key={one.id} className="guest">
          <div>
            <strong>{one.kind}</strong>
            <p className="soft">{[when(one), ...outcome(one)].filter(Boolean).join(' · ')}</p>
          </div>
          <Button look="quiet" aria-label={`${t('hooks.replay')}: ${one.kind}, ${when(one)}`} onClick={() => onReplay(one.id)}>{t('hooks.replay')}</Button>
        </li>
      ))}
    </ul>
  );
}
