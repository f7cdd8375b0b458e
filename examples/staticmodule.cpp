// SPDX-License-Identifier: MIT
// In a program that links QRepod statically, `import QRepod` finds the module inside of it.

#include <QtPlugin>

Q_IMPORT_PLUGIN(QRepodPlugin)
