// SPDX-License-Identifier: MIT
#include "websocket/framewriter.h"

#include <QtCore/qendian.h>
#include <QtCore/qrandom.h>

#include <limits>

namespace QRepod {

namespace {

constexpr qsizetype largestControl = 125; // bytes of payload

template <class Number>
void append(QByteArray &out, Number number)
{
    const qsizetype position = out.size();
    out.resize(position + qsizetype(sizeof number));
    qToBigEndian(number, out.data() + position);
}

} // namespace

void FrameWriter::begin(QByteArray &out, Opcode opcode, quint64 length)
{
    constexpr uchar final = 0x80;
    const uchar masked = m_isMasking ? 0x80 : 0;
    out += char(final | uchar(opcode));
    if (length < 126) {
        out += char(masked | length);
    } else if (length <= std::numeric_limits<quint16>::max()) {
        out += char(masked | 126);
        append(out, quint16(length));
    } else {
        out += char(masked | 127);
        append(out, length);
    }
    if (!m_isMasking)
        return;
    // Whoever chose the payload must not be able to predict the mask (RFC 6455, section 10.3).
    qToBigEndian(QRandomGenerator::system()->generate(), m_mask.data());
    out.append(m_mask.data(), qsizetype(m_mask.size()));
    m_position = 0;
}

void FrameWriter::add(QByteArray &out, QByteArrayView bytes)
{
    const qsizetype position = out.size();
    out += bytes;
    if (!m_isMasking)
        return;
    char *const masked = out.data() + position;
    for (qsizetype i = 0; i < bytes.size(); ++i)
        masked[i] = char(masked[i] ^ m_mask[m_position++ % m_mask.size()]);
}

void FrameWriter::close(QByteArray &out, CloseCode code, const QString &reason)
{
    QByteArray payload;
    if (code != CloseCode::None) {
        append(payload, quint16(code));
        QByteArray text = reason.toUtf8();
        if (text.size() > largestControl - payload.size()) {
            qsizetype end = largestControl - payload.size();
            while ((uchar(text[end]) & 0xc0) == 0x80) // do not cut a character
                --end;
            text.truncate(end);
        }
        payload += text;
    }
    write(out, Opcode::Close, payload);
}

} // namespace QRepod
