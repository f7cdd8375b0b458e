// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

//! Returns a player's name as others may see it: one short line, with nothing invisible in it.
inline QString playerName(const QString &text)
{
    constexpr qsizetype longest = 16;
    QString name;
    qsizetype length = 0;
    const QList<uint> characters = text.left(100).simplified().toUcs4();
    for (const uint character : characters) {
        if (QChar::isPrint(character) && ++length <= longest)
            name.append(QChar::fromUcs4(character));
    }
    return name;
}
