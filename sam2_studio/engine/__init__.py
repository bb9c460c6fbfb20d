"""Inference without a window: models, masks from prompts, tracking, clean-up, jobs. Importing it loads no torch."""

import sam2_studio.networks  # noqa: F401 - before torch: it sets how torch's threads wait
