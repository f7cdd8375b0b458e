// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qstring.h>

namespace QRepod {

class ConnectionListener;

//! The tick of a shared state whose changes are being delivered: who asks inside of a slot of
//! Replica::valueChanged(), or of a signal of a ReplicaModel, learns when that was true.
///
/// \code
/// connect(&world, &QRepod::Replica::valueChanged, [&](const QString &, const QVariant &value) {
///     if (const QRepod::StateTick *tick = QRepod::StateTick::current())
///         m_x.addSample(tick->time, value.toDouble());
/// });
/// \endcode
struct QREPOD_EXPORT StateTick
{
    class Scope; ///< the library's own part

    ConnectionListener *listener; ///< that it has come to
    QString name;                 ///< of what is shared
    qint64 time;                  ///< on the server's clock, as Server::time()

    //! That of the thread that asks; nullptr if nothing is being delivered there.
    static const StateTick *current();
};

} // namespace QRepod
