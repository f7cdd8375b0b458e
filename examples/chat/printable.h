// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

//! Makes \a text safe to print: what others send can contain characters that clear the screen, move
//! the cursor or reverse the line. These are shown as `\u{1b}` instead.
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
