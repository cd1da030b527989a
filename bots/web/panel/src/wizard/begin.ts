/** The session of a new draft. Asked again with the same key it is the same one, also while the first call is still being answered. */
import { asFailure } from '../api/failure';
import type { WizardAnswer } from '../api/wizard';
import type { Services } from './store';

/** How long to wait before asking again, in milliseconds: half a minute altogether, for a server that has only just started. */
const WAITS_MS = [400, 600, 1000, 1500, 2500, 4000, 5000, 5000, 5000, 5000];

export async function begun(key: string, wizard: Services['wizard']): Promise<WizardAnswer> {
  for (const wait of WAITS_MS) {
    try {
      return await wizard.begin(key);
    } catch (thrown) {
      if (asFailure(thrown).kind !== 'inFlight') throw thrown;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return wizard.begin(key);
}
