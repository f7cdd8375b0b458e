// SPDX-License-Identifier: MIT
#include "transport/shortcut.h"

#include "transport/nativesocket.h"

#include <QtCore/qthread.h>

namespace QRepod {

std::unique_ptr<Shortcut> Shortcut::forOwnThread(const QObject *connection, qintptr descriptor)
{
    return std::unique_ptr<Shortcut>(new Shortcut(connection, descriptor));
}

std::unique_ptr<Shortcut> Shortcut::forAnyThread(qintptr descriptor)
{
    const qintptr own = NativeSocket::duplicate(descriptor);
    return std::unique_ptr<Shortcut>(own == -1 ? nullptr : new Shortcut(nullptr, own));
}

Shortcut::Shortcut(const QObject *connection, qintptr descriptor)
    : m_connection(connection)
    , m_descriptor(descriptor)
{
}

Shortcut::~Shortcut()
{
    if (!m_connection)
        NativeSocket::closeDuplicate(m_descriptor);
}

bool Shortcut::isOpenHere() const
{
    return !m_connection || m_connection->thread() == QThread::currentThread();
}

qint64 Shortcut::send(const char *data, qint64 size, int *error) const
{
    return NativeSocket::send(m_descriptor, data, size, error);
}

} // namespace QRepod
