#!/bin/sh
# Looks for the system libraries that Qt needs and, with the argument "test", for the tools that the tests use beside it.
# As root on a Debian-like system it installs what is missing and says so; elsewhere it prints the line to type. It always
# ends well: what is missing stops only what needs it.
set -u

# library, Debian package, Fedora package, Arch package
LIBRARIES="
libGL.so.1 libgl1 mesa-libGL libglvnd
libEGL.so.1 libegl1 mesa-libEGL libglvnd
libglib-2.0.so.0 libglib2.0-0 glib2 glib2
libdbus-1.so.3 libdbus-1-3 dbus-libs dbus
libfontconfig.so.1 libfontconfig1 fontconfig fontconfig
libxkbcommon.so.0 libxkbcommon0 libxkbcommon libxkbcommon
libxcb-cursor.so.0 libxcb-cursor0 xcb-util-cursor xcb-util-cursor
libxcb-icccm.so.4 libxcb-icccm4 xcb-util-wm xcb-util-wm
libxcb-keysyms.so.1 libxcb-keysyms1 xcb-util-keysyms xcb-util-keysyms
libxcb-shape.so.0 libxcb-shape0 libxcb libxcb
libxcb-xkb.so.1 libxcb-xkb1 libxcb libxcb
libxcb-randr.so.0 libxcb-randr0 libxcb libxcb
libxcb-render-util.so.0 libxcb-render-util0 xcb-util-renderutil xcb-util-renderutil
libxcb-image.so.0 libxcb-image0 xcb-util-image xcb-util-image
libxkbcommon-x11.so.0 libxkbcommon-x11-0 libxkbcommon-x11 libxkbcommon-x11
libX11-xcb.so.1 libx11-xcb1 libX11-xcb libx11
"

ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
[ -x "$ldconfig" ] || exit 0 # not a system with shared libraries of this kind
known=$("$ldconfig" -p)

if command -v apt-get >/dev/null; then column=2 install="apt-get install -y --no-install-recommends"
elif command -v dnf >/dev/null; then column=3 install="dnf install"
elif command -v pacman >/dev/null; then column=4 install="pacman -S"
else column=1 install="install the packages that contain"
fi

missing=$(echo "$LIBRARIES" | while read -r library rest; do
  [ -n "$library" ] || continue
  case "$known" in *"$library "*) ;; *) echo "$library $rest" | cut -d ' ' -f "$column" ;; esac
done | sort -u | tr '\n' ' ')
if [ "${1:-}" = test ] && ! command -v ffprobe >/dev/null; then missing="${missing}ffmpeg "; fi
[ -n "$missing" ] || exit 0

if [ "$column" = 2 ] && [ "$(id -u)" = 0 ]; then
  echo "Installing what the system lacks: $missing"
  # shellcheck disable=SC2086 # one word a package is meant
  { apt-get update -qq && $install $missing >/dev/null; } && exit 0
  echo "That failed. Install it by hand:"
else
  echo "The system lacks what the window or its tests need. Install it with:"
fi
echo "  sudo $install $missing" | sed 's/ *$//; s/sudo install the/install the/'
