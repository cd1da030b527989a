/** Links for those who stand at the doors: each opens this event's check-in, and nothing else. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../api/failure';
import { doorLinks, makeDoorLink, removeDoorLink } from '../api/sales';
import { agoWords } from '../draft/when';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import { Field } from '../ui/Field';
import { Copy } from '../ui/icons';

export function DoorLinks({ event }: { event: string }) {
  const { t, lang } = useWords();
  const cache = useQueryClient();
  const found = useQuery({ queryKey: ['doors', event], queryFn: () => doorLinks(event), staleTime: 0 });
  const [name, setName] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const change = async (work: () => Promise<void>) => {
    try {
      await work();
      setError(null);
    } catch (thrown) {
      setError(failureWords(asFailure(thrown), t));
    }
    void cache.invalidateQueries({ queryKey: ['doors', event] });
  };
  const add = (submitted: FormEvent) => {
    submitted.preventDefault();
    if (!name.trim()) {
      setError(t('doors.empty'));
      return;
    }
    void change(async () => {
      setMade((await makeDoorLink(event, name.trim())).url);
      setCopied(false);
      setName('');
    });
  };
  const copy = () => void navigator.clipboard.writeText(made ?? '').then(() => setCopied(true), () => setCopied(false));
  return (
    <section className="card stack" aria-labelledby="door-links">
      <h2 id="door-links">{t('doors.title')}</h2>
      <p className="soft">{t('doors.text')}</p>
      {found.isError && <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>}
      {found.data && found.data.length > 0 && (
        <ul className="guests">
          {found.data.map((one) => (
            <li key={one.id} className="guest">
              <div>
                <strong>{one.name}</strong>
                <p className="soft">{one.usedAt ? t('doors.used', { ago: agoWords(new Date(one.usedAt), new Date(), lang) }) : t('doors.unused')}</p>
              </div>
              <Button look="quiet" aria-label={`${t('doors.remove')}: ${one.name}`} onClick={() => void change(() => removeDoorLink(event, one.id))}>
                {t('doors.remove')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {made && (
        <div className="stack" role="status">
          <p>{t('doors.made')}</p>
          <p className="url">{made}</p>
          <Button icon={<Copy />} onClick={copy}>{t(copied ? 'event.copied' : 'event.copy')}</Button>
        </div>
      )}
      <form className="stack" onSubmit={add}>
        <Field label={t('doors.name')} hint={t('doors.name.hint')} error={error}>
          {(control) => <input {...control} value={name} maxLength={60} autoComplete="off" onChange={(typed) => setName(typed.target.value)} />}
        </Field>
        <Button type="submit">{t('doors.add')}</Button>
      </form>
    </section>
  );
}
