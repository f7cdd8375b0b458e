// SPDX-License-Identifier: MIT
#include "websocket/emscriptensocket.h"

#include <utility>

namespace QRepod {

namespace {

using Create = EMSCRIPTEN_WEBSOCKET_T (*)(EmscriptenWebSocketCreateAttributes *);

//! Calls \a create and catches what the browser throws, for example if a page from https asks for
//! ws. A JavaScript exception would unwind the program's stack.
// clang-format off
EM_JS(int, qrepod_create_websocket, (Create create, EmscriptenWebSocketCreateAttributes *attributes), {
    try {
        return wasmTable.get(create)(attributes);
    } catch (error) {
        return 0;
    }
})
// clang-format on

EmscriptenSocket *of(void *data)
{
    return static_cast<EmscriptenSocket *>(data);
}

} // namespace

EmscriptenSocket::~EmscriptenSocket()
{
    if (m_socket <= 0)
        return;
    emscripten_websocket_close(m_socket, 0, nullptr); // has no effect on a closed socket
    emscripten_websocket_delete(m_socket);            // no callbacks after this
}

bool EmscriptenSocket::open(const QUrl &url, Owner &owner)
{
    const QByteArray text = url.toEncoded(QUrl::RemoveFragment);
    EmscriptenWebSocketCreateAttributes attributes;
    emscripten_websocket_init_create_attributes(&attributes);
    attributes.url = text.constData();
    m_socket = qrepod_create_websocket(emscripten_websocket_new, &attributes);
    if (m_socket <= 0)
        return false;
    m_owner = &owner;
    follow();
    return true;
}

void EmscriptenSocket::follow()
{
    emscripten_websocket_set_onopen_callback(
        m_socket, this, [](int, const EmscriptenWebSocketOpenEvent *, void *data) -> EM_BOOL {
            if (of(data)->m_owner)
                of(data)->m_owner->socketOpened();
            return EM_TRUE;
        });
    emscripten_websocket_set_onmessage_callback(
        m_socket, this,
        [](int, const EmscriptenWebSocketMessageEvent *event, void *data) -> EM_BOOL {
            // A text ends with a null byte, which is counted.
            const auto size = qsizetype(event->numBytes) - (event->isText ? 1 : 0);
            if (of(data)->m_owner)
                of(data)->m_owner->socketReceived(QByteArrayView(event->data, size), event->isText);
            return EM_TRUE;
        });
    emscripten_websocket_set_onclose_callback(
        m_socket, this, [](int, const EmscriptenWebSocketCloseEvent *event, void *data) -> EM_BOOL {
            of(data)->closed(CloseCode(event->code), QString::fromUtf8(event->reason));
            return EM_TRUE;
        });
}

void EmscriptenSocket::closed(CloseCode code, const QString &reason)
{
    if (Owner *const owner = std::exchange(m_owner, nullptr))
        owner->socketClosed(code, reason);
}

void EmscriptenSocket::send(QByteArrayView message)
{
    // Emscripten only reads from the message.
    emscripten_websocket_send_binary(m_socket, const_cast<char *>(message.data()),
                                     uint32_t(message.size()));
}

qint64 EmscriptenSocket::bufferedBytes() const
{
    unsigned long long bytes = 0;
    emscripten_websocket_get_buffered_amount(m_socket, &bytes);
    return qint64(bytes);
}

void EmscriptenSocket::close(CloseCode code, const QString &reason)
{
    emscripten_websocket_close(m_socket, quint16(code),
                               reason.isEmpty() ? nullptr : reason.toUtf8().constData());
}

} // namespace QRepod
