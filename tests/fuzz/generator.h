// SPDX-License-Identifier: MIT
#pragma once

#include "input.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qendian.h>
#include <QtCore/qlist.h>

#include <bit>

//! Writes a MessagePack map that is well-formed for any input, so that a mutation of the input is a
//! mutation of the message.
class Generator
{
public:
    //! Keys and texts come from \a words or from the input.
    Generator(Input &input, const QList<QByteArray> &words)
        : m_input(input)
        , m_words(words)
    {
    }

    QByteArray message()
    {
        map();
        return m_out;
    }

private:
    static constexpr int deepest = 6;

    void map()
    {
        const int count = m_input.byte() % 8;
        m_out += char(0x80 | count);
        ++m_depth;
        for (int i = 0; i < count; ++i) {
            key();
            value();
        }
        --m_depth;
    }

    void list()
    {
        const int count = m_input.byte() % 6;
        m_out += char(0x90 | count);
        ++m_depth;
        for (int i = 0; i < count; ++i)
            value();
        --m_depth;
    }

    void key()
    {
        const quint8 choice = m_input.byte();
        if (choice < 240)
            return text(word(choice));
        switch (choice % 4) {
        case 0:
            m_out += '\xc0';
            return;
        case 1:
            m_out += '\xc3';
            return;
        case 2:
            return fixed('\xd3', 8);
        default:
            return fixed('\xcb', 8);
        }
    }

    void value()
    {
        const quint8 choice = m_input.byte();
        switch (choice % 18) {
        case 0:
            m_out += '\xc0';
            return;
        case 1:
            m_out += char(0xc2 | (choice >> 7));
            return;
        case 2:
            return text(m_input.take(choice / 18)); // text() makes it valid
        case 3:
            return fixed('\xd0', 1);
        case 4:
            return fixed('\xcd', 2);
        case 5:
            return fixed('\xd2', 4);
        case 6:
            return fixed('\xd3', 8);
        case 7:
            return fixed('\xcf', 8);
        case 8:
            return fixed('\xca', 4);
        case 9:
            return fixed('\xcb', 8);
        case 10:
            return edge();
        case 11:
            return wholeReal();
        case 12:
            return text(word(m_input.byte()));
        case 13:
            return bytes();
        case 14:
            return m_depth < deepest ? list() : text("deep");
        case 15:
            return m_depth < deepest ? map() : text("deep");
        case 16:
            return fixed('\xd7', 9); // an extension of 8 bytes
        default:
            m_out += "\xc7\x0c\xff"; // a timestamp of 12 bytes
            return raw(12);
        }
    }

    //! Writes a number next to a power of two, where types end.
    void edge()
    {
        const quint8 choice = m_input.byte();
        quint64 number = (quint64(1) << (choice % 64)) - 1 + (choice >> 7);
        if (choice & 0x40)
            number = 0 - number;
        m_out += choice & 0x40 ? '\xd3' : '\xcf';
        big(number);
    }

    void wholeReal()
    {
        const quint8 choice = m_input.byte();
        const double power = double(quint64(1) << (choice % 64));
        m_out += '\xcb';
        big(std::bit_cast<quint64>(choice & 0x40 ? -power : power + (choice >> 7)));
    }

    void bytes()
    {
        const QByteArrayView data = m_input.take(m_input.byte() % 16);
        m_out += '\xc4';
        m_out += char(data.size());
        m_out += data;
    }

    void text(QByteArrayView bytes)
    {
        const QByteArray valid = QString::fromUtf8(bytes).toUtf8();
        m_out += '\xd9';
        m_out += char(valid.size());
        m_out += valid;
    }

    QByteArrayView word(quint8 choice) const { return m_words[choice % m_words.size()]; }

    void fixed(char format, qsizetype size)
    {
        m_out += format;
        raw(size);
    }

    void raw(qsizetype size)
    {
        for (qsizetype i = 0; i < size; ++i)
            m_out += char(m_input.byte());
    }

    void big(quint64 number)
    {
        const quint64 wire = qToBigEndian(number);
        m_out.append(reinterpret_cast<const char *>(&wire), sizeof wire);
    }

    Input &m_input;
    const QList<QByteArray> &m_words;
    QByteArray m_out;
    int m_depth = 0;
};
