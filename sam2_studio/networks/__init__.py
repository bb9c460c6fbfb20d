"""Networks in torch: tensors in, tensors out; knows nothing of clips, projects or windows.

Its import comes before torch's wherever torch is used, because it sets how torch's threads wait for one another.
"""

import os

# OpenMP reads this once, when torch loads. By default a thread with nothing to do spins, and as soon as anything else
# wants the same core (decoding, painting, another program) each step waits for the spinner to be put aside: a tracked
# frame then takes seconds in place of a tenth of one. Passive waiting costs next to nothing.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
