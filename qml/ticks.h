// SPDX-License-Identifier: MIT
#pragma once

#include "delayestimate.h"

#include <QRepod/ConnectionListener>
#include <QRepod/StateTick>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>

#include <memory>

namespace QRepod {

//! The ticks of one shared object or model, for all interpolators that follow it. Used in the
//! thread of its listener.
class Ticks : public QObject
{
    Q_OBJECT

public:
    //! Returns the ticks that \a tick belongs to.
    static std::shared_ptr<Ticks> of(const StateTick &tick);

    //! The server's time; -1 if it is not known yet.
    qint64 now() const { return m_listener ? m_listener->serverTime() : -1; }

    //! The usual time between two ticks, in milliseconds.
    double spacing() const { return m_spacing; }

    //! Returns whether nothing had changed for a while before the tick at \a time.
    bool wasQuietBefore(qint64 time) const;

    double delay() const { return m_delay.delay(); }

Q_SIGNALS:
    //! A tick has been delivered.
    void delivered(qint64 time);

private:
    explicit Ticks(const StateTick &tick);
    void note(const QString &name, qint64 time);

    const QPointer<ConnectionListener> m_listener;
    const QString m_name;
    DelayEstimate m_delay;
    double m_spacing = 50;
    qint64 m_latest = -1;
};

} // namespace QRepod
