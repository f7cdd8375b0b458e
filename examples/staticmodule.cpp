// SPDX-License-Identifier: MIT
// If a program links QRepod statically, `import QRepod` finds the module inside it.

#include <QtPlugin>

Q_IMPORT_PLUGIN(QRepodPlugin)
