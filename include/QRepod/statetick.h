// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qstring.h>

namespace QRepod {

class ConnectionListener;

//! The tick of a shared state whose changes are being delivered.
///
/// A slot of Replica::valueChanged(), or of a ReplicaModel's signal, learns from it when the change
/// was true.
///
/// \code
/// connect(&world, &QRepod::Replica::valueChanged, [&](const QString &, const QVariant &value) {
///     if (const QRepod::StateTick *tick = QRepod::StateTick::current())
///         m_x.addSample(tick->time, value.toDouble());
/// });
/// \endcode
struct QREPOD_EXPORT StateTick
{
    class Scope; ///< the library's implementation

    ConnectionListener *listener; ///< the listener that received the state
    QString name;                 ///< the name of the shared state
    qint64 time;                  ///< on the server's clock, like Server::time()

    //! The tick being delivered in the calling thread; nullptr if there is none.
    static const StateTick *current();
};

} // namespace QRepod
