"""SAM 2 and SAM 2.1 (Ravi et al. 2024, "SAM 2: Segment Anything in Images and Videos"), written anew for this program.

Parameters have the names of the published checkpoints, so those load as they are. Knows nothing of clips.
"""
