// Whether the details of a stop are unfolded; the button and the strip stand in different places.
import { session } from '$features/shared/session.svelte';

class StopState {
  open = $state(false);

  constructor() {
    session.onWipe(() => (this.open = false));
  }
}

export const stopState = new StopState();
