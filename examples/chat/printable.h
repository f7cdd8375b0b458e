// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

//! \a text as it may be printed: what others send can hold characters that clear the screen, move
//! the cursor or turn the line around, and these are shown as `\u{1b}` instead.
inline QString printable(const QString &text)
{
    QString result;
    const QList<uint> characters = text.toUcs4();
    for (const uint character : characters) {
        if (QChar::isPrint(character))
            result.append(QChar::fromUcs4(character));
        else
            result.append("\\u{" + QString::number(character, 16) + '}');
    }
    return result;
}
