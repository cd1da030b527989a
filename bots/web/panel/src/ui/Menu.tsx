/** A menu behind a button; arrow keys, typing and Escape work. Not modal, so that nothing but the menu is touched. */
import * as Radix from '@radix-ui/react-dropdown-menu';
import { useState, type ReactNode } from 'react';

export interface MenuItem {
  label: string;
  onSelect: () => void;
  checked?: boolean;
  danger?: boolean;
}

interface MenuProps {
  label: string;
  trigger: ReactNode;
  groups: { title?: string; items: MenuItem[] }[];
}

export function Menu({ label, trigger, groups }: MenuProps) {
  // Looked up once it is opened: a place that changes while it is open would close it.
  const [main, setMain] = useState<HTMLElement | null>(null);
  return (
    <Radix.Root modal={false} onOpenChange={(open) => open && setMain(document.querySelector('main'))}>
      <Radix.Trigger className="icon-button" aria-label={label}>
        {trigger}
      </Radix.Trigger>
      <Radix.Portal container={main}>
        <Radix.Content className="menu" align="end" sideOffset={6} collisionPadding={8}>
          {groups.map((group, index) => (
            <Radix.Group key={group.title ?? index}>
              {index > 0 && <Radix.Separator className="menu-line" />}
              {group.title && <Radix.Label className="menu-title">{group.title}</Radix.Label>}
              {group.items.map((item) => (
                <Item key={item.label} item={item} />
              ))}
            </Radix.Group>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Item({ item }: { item: MenuItem }) {
  const className = `menu-item${item.danger ? ' danger' : ''}`;
  if (item.checked === undefined) {
    return (
      <Radix.Item className={className} onSelect={item.onSelect}>
        {item.label}
      </Radix.Item>
    );
  }
  return (
    <Radix.CheckboxItem className={className} checked={item.checked} onSelect={item.onSelect}>
      <span className="tick" aria-hidden="true">
        <Radix.ItemIndicator>✓</Radix.ItemIndicator>
      </span>
      {item.label}
    </Radix.CheckboxItem>
  );
}
