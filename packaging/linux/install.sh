#!/bin/sh
# Makes the desktop know the program: menu entry, icon, and .cutout files that open with it. For this user, or below the
# folder given (such as /usr/share). The program itself must be on the PATH as sam2-studio-window.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
icon=$here/../../resources/icons/app.svg
share=${1:-${XDG_DATA_HOME:-$HOME/.local/share}}

install -Dm644 "$here/sam2-studio.desktop" "$share/applications/sam2-studio.desktop"
install -Dm644 "$here/sam2-studio.metainfo.xml" "$share/metainfo/io.github.sam2_studio.sam2_studio.metainfo.xml"
install -Dm644 "$here/sam2-studio.xml" "$share/mime/packages/sam2-studio.xml"
install -Dm644 "$icon" "$share/icons/hicolor/scalable/apps/sam2-studio.svg"
install -Dm644 "$icon" "$share/icons/hicolor/scalable/mimetypes/application-x-sam2-studio-project.svg"

command -v update-mime-database >/dev/null && update-mime-database "$share/mime" 2>/dev/null || true
command -v update-desktop-database >/dev/null && update-desktop-database "$share/applications" 2>/dev/null || true
echo "Installed below $share"
