/** A card with what an organizer made for an event, each with its way out, and below it the form for more. */
import type { FormEvent, ReactNode } from 'react';
import { asFailure } from '../api/failure';
import { useWords } from '../i18n';
import { Banner } from '../ui/Banner';
import { Button } from '../ui/Button';
import { failureWords } from '../ui/failureWords';
import type { OwnRows } from './useOwnRows';

interface OwnListProps<T> {
  id: string;
  title: string;
  text: string;
  list: OwnRows<T>;
  show: (row: T) => { name: string; about: string };
  /** What the button beside a row says, and does. */
  removeWords: string;
  onRemove: (row: T) => Promise<unknown>;
  addWords: string;
  onAdd: () => void;
  /** What stands between the list and the form. */
  news?: ReactNode;
  children: ReactNode;
}

export function OwnList<T extends { id: string }>({ id, title, text, list, show, removeWords, onRemove, addWords, onAdd, news, children }: OwnListProps<T>) {
  const { t } = useWords();
  const { found, change } = list;
  const add = (submitted: FormEvent) => {
    submitted.preventDefault();
    onAdd();
  };
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p className="soft">{text}</p>
      {found.isPending && <div className="bone" />}
      {found.isError && <Banner tone="bad">{failureWords(asFailure(found.error), t)}</Banner>}
      {found.data && found.data.length > 0 && (
        <ul className="guests">
          {found.data.map((row) => {
            const { name, about } = show(row);
            return (
              <li key={row.id} className="guest">
                <div>
                  <strong>{name}</strong>
                  <p className="soft">{about}</p>
                </div>
                <Button look="quiet" aria-label={`${removeWords}: ${name}`} onClick={() => void change(() => onRemove(row))}>{removeWords}</Button>
              </li>
            );
          })}
        </ul>
      )}
      {news}
      <form className="stack" onSubmit={add} noValidate>
        {children}
        <Button type="submit">{addWords}</Button>
      </form>
    </section>
  );
}
