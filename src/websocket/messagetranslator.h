// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/framewriter.h"
#include "websocket/jsontexts.h"

#include <memory>

namespace QRepod {

//! Translates what a Connection writes to WebSocket frames: each of its frames, however it is cut,
//! becomes one message without the length, or with JSON as its text.
class MessageTranslator
{
public:
    //! \a texts are shared with other clients; null if JSON is never asked for.
    MessageTranslator(Role role, std::shared_ptr<JsonTexts> texts)
        : m_writer(role)
        , m_texts(std::move(texts))
    {
    }

    //! Takes effect with the next message.
    void setJson(bool isJson) { m_isJson = isJson; }

    //! Translates \a bytes and appends the result to \a out.
    void add(QByteArray &out, QByteArrayView bytes);

    //! Whether control frames can be written: no message is incomplete.
    bool isBetweenMessages() const { return m_left == 0; }

    //! Whether everything added so far ends with a whole frame.
    bool isBetweenFrames() const { return m_left == 0 && m_header.isEmpty(); }

    FrameWriter &writer() { return m_writer; }

private:
    void begin(QByteArray &out);
    void finishText(QByteArray &out);

    FrameWriter m_writer;
    const std::shared_ptr<JsonTexts> m_texts;
    QByteArray m_header;  // of the current frame, until it is complete
    QByteArray m_payload; // of the current frame, if it becomes text
    qsizetype m_left = 0; // bytes of its payload still to come
    bool m_isJson = false;
    bool m_isText = false; // the current frame becomes text
};

} // namespace QRepod
