// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/framewriter.h"
#include "websocket/jsontexts.h"

#include <memory>

namespace QRepod {

//! What a Connection writes, as WebSocket frames: a frame of its own, in whatever slices, becomes a
//! message without the length before it, or one of JSON.
class Outgoing
{
public:
    //! \a texts are shared with the other clients; null if JSON is never asked for.
    Outgoing(Role role, std::shared_ptr<JsonTexts> texts)
        : m_writer(role)
        , m_texts(std::move(texts))
    {
    }

    //! From the next message on.
    void setJson(bool isJson) { m_isJson = isJson; }

    //! Appends what becomes of \a bytes to \a out.
    void add(QByteArray &out, QByteArrayView bytes);

    //! Whether control frames can be written: no message has begun that has not ended.
    bool isBetweenMessages() const { return m_left == 0; }

    //! Whether all that was added is whole.
    bool isBetweenFrames() const { return m_left == 0 && m_header.isEmpty(); }

    FrameWriter &writer() { return m_writer; }

private:
    void begin(QByteArray &out);
    void finishText(QByteArray &out);

    FrameWriter m_writer;
    const std::shared_ptr<JsonTexts> m_texts;
    QByteArray m_header;  // of the frame at hand, until all of it is here
    QByteArray m_payload; // of the frame at hand, if it becomes text
    qsizetype m_left = 0; // of its payload, to come
    bool m_isJson = false;
    bool m_isText = false; // the frame at hand becomes text
};

} // namespace QRepod
