/** How many characters a new password has at least: what the server tells, its usual length until then. */
import { useEffect, useState } from 'react';
import { config, PASSWORD_MIN } from '../config';

export function usePasswordMin(): number {
  const [least, setLeast] = useState(PASSWORD_MIN);
  useEffect(() => {
    void config().then((known) => setLeast(known.passwordMin));
  }, []);
  return least;
}
