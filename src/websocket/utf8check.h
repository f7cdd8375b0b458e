// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>

namespace QRepod {

//! Checks whether text that comes in pieces is UTF-8. A piece may end inside a character, and the
//! first wrong byte is found in the piece that has it.
class Utf8Check
{
public:
    //! \return false from the first wrong byte on.
    bool add(QByteArrayView piece)
    {
        for (const char c : piece) {
            if (!add(uchar(c)))
                return false;
        }
        return true;
    }

    //! Whether the text so far does not end inside a character.
    bool isComplete() const { return m_missing == 0; }

private:
    bool add(uchar byte)
    {
        if (m_missing > 0) {
            const bool isRight = byte >= m_minimum && byte <= m_maximum;
            m_minimum = 0x80;
            m_maximum = 0xbf;
            --m_missing;
            return isRight;
        }
        return byte < 0x80 || begin(byte);
    }

    //! The range of the second byte excludes overlong forms, surrogates, and values above U+10FFFF.
    bool begin(uchar byte)
    {
        if (byte < 0xc2 || byte > 0xf4)
            return false;
        m_missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        if (byte == 0xe0)
            m_minimum = 0xa0;
        else if (byte == 0xed)
            m_maximum = 0x9f;
        else if (byte == 0xf0)
            m_minimum = 0x90;
        else if (byte == 0xf4)
            m_maximum = 0x8f;
        return true;
    }

    int m_missing = 0; // bytes of the current character
    uchar m_minimum = 0x80;
    uchar m_maximum = 0xbf;
};

} // namespace QRepod
