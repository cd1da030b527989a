/** A box to tick, with its words; both may be pressed. */
import type { ReactNode } from 'react';

interface CheckProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}

export function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(chosen) => onChange(chosen.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
