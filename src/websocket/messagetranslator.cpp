// SPDX-License-Identifier: MIT
#include "websocket/messagetranslator.h"

#include "protocol/frame.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <utility>

namespace QRepod {

void MessageTranslator::add(QByteArray &out, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const qsizetype missing = m_left > 0 ? m_left : frameHeaderSize - m_header.size();
        const QByteArrayView piece = bytes.first(std::min(missing, bytes.size()));
        bytes = bytes.sliced(piece.size());
        if (m_left == 0) {
            m_header += piece;
            if (m_header.size() == frameHeaderSize)
                begin(out);
            continue;
        }
        m_left -= piece.size();
        if (!m_isText)
            m_writer.add(out, piece);
        else
            m_payload += piece;
        if (m_isText && m_left == 0)
            finishText(out);
    }
}

void MessageTranslator::begin(QByteArray &out)
{
    m_left = qFromBigEndian<quint32>(m_header.constData());
    m_header = QByteArray();
    m_isText = m_isJson && m_texts;
    if (!m_isText)
        m_writer.begin(out, Opcode::Binary, quint64(m_left));
}

void MessageTranslator::finishText(QByteArray &out)
{
    m_writer.write(out, Opcode::Text, m_texts->text(std::exchange(m_payload, QByteArray())));
}

} // namespace QRepod
