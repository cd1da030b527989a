/** Links for those who stand at the doors: each opens this event's check-in, and nothing else. */
import { useState } from 'react';
import { doorLinks, makeDoorLink, removeDoorLink, type DoorLink } from '../api/sales';
import { agoWords } from '../draft/when';
import { useWords } from '../i18n';
import { CopyButton } from '../ui/CopyButton';
import { Field } from '../ui/Field';
import { OwnList } from './OwnList';
import { useOwnRows } from './useOwnRows';

export function DoorLinks({ event }: { event: string }) {
  const { t, lang } = useWords();
  const list = useOwnRows('doors', event, doorLinks);
  const [name, setName] = useState('');
  const [made, setMade] = useState<{ id: string; url: string } | null>(null);
  const add = () => {
    if (!name.trim()) return list.setTrouble(t('doors.empty'));
    void list.change(async () => {
      setMade(await makeDoorLink(event, name.trim()));
      setName('');
    });
  };
  const remove = async (link: DoorLink) => {
    await removeDoorLink(event, link.id);
    // What leads nowhere any more is not offered for copying.
    if (made?.id === link.id) setMade(null);
  };
  const used = (link: DoorLink) => (link.usedAt ? t('doors.used', { ago: agoWords(new Date(link.usedAt), new Date(), lang) }) : t('doors.unused'));
  return (
    <OwnList
      id="door-links"
      title={t('doors.title')}
      text={t('doors.text')}
      list={list}
      show={(link) => ({ name: link.name, about: used(link) })}
      removeWords={t('doors.remove')}
      onRemove={remove}
      addWords={t('doors.add')}
      onAdd={add}
      news={
        made && (
          <div className="stack" role="status">
            <p>{t('doors.made')}</p>
            <p className="url">{made.url}</p>
            <CopyButton key={made.id} text={made.url} />
          </div>
        )
      }
    >
      <Field label={t('doors.name')} hint={t('doors.name.hint')} error={list.trouble}>
        {(control) => <input {...control} value={name} maxLength={60} autoComplete="off" onChange={(typed) => setName(typed.target.value)} />}
      </Field>
    </OwnList>
  );
}
