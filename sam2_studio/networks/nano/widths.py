"""The numbers that fix the shape of `nano`; the weight file fits these alone."""

EMBED = 128  # channels of the stride-16 embedding and of the tokens
SKIP8 = EMBED // 4
SKIP4 = EMBED // 8
MEMORY = 32  # channels of a stored memory map
AGES = 7  # age codes: 0 for a conditioning frame, 1..6 frames ago
TRUNK_LEVELS = (24, 40, 112, 320)  # channels at strides 4, 8, 16, 32
