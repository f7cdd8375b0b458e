// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/browsersocket.h"

#include <emscripten/websocket.h>

namespace QRepod {

//! The browser's WebSocket, as Emscripten hands it to programs.
class EmscriptenSocket final : public BrowserSocket
{
public:
    EmscriptenSocket() = default;
    ~EmscriptenSocket() override;
    Q_DISABLE_COPY_MOVE(EmscriptenSocket)

    bool open(const QUrl &url, Owner &owner) override;
    void send(QByteArrayView message) override;
    qint64 bufferedBytes() const override;
    void close(CloseCode code, const QString &reason) override;

private:
    void follow();
    void closed(CloseCode code, const QString &reason);

    EMSCRIPTEN_WEBSOCKET_T m_socket = 0; // 0: none
    Owner *m_owner = nullptr;            // until it has been told of the end
};

} // namespace QRepod
