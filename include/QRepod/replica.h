// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ConnectionListener;

//! The client's copy of an object that the server shares; see Room::share().
///
/// \code
/// QRepod::Replica world(&game, "world");
/// connect(&world, &QRepod::Replica::valueChanged, showValue);
/// \endcode
///
/// Values arrive like those of messages: enumerations as numbers, gadgets as maps. They change
/// inside ConnectionListener::pump(), in the listener's thread, which must also be the replica's.
/// All values of one message have changed before the first valueChanged() is emitted.
///
/// A replica may be created and destroyed at any time: one created late has the current values at
/// once.
class QREPOD_EXPORT Replica : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Replica)
    Q_PROPERTY(QString name READ name CONSTANT)
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged)
    Q_PROPERTY(QVariantMap values READ values NOTIFY valuesChanged)

public:
    class Private; ///< the library's implementation

    //! Follows what the server of \a listener shares as \a name. Either object may be deleted
    //! first.
    Replica(ConnectionListener *listener, const QString &name, QObject *parent = nullptr);
    ~Replica() override;

    QString name() const;

    //! Whether all values have arrived. It becomes false when the connection ends and when the
    //! object is no longer shared; the values stay.
    bool isReady() const;

    //! All values, by property name.
    QVariantMap values() const;

    //! The value of \a property; invalid if there is none.
    QVariant value(const QString &property) const;

    //! Sets the writable properties of \a target that have the same names, now and whenever a value
    //! changes; nullptr stops that.
    ///
    /// Values are converted as for a handler's parameters, also to enumerations and gadgets. A
    /// value that does not fit is left out, with a warning.
    void setTarget(QObject *target);
    QObject *target() const;

Q_SIGNALS:
    //! All values have arrived, for the first time or again.
    void ready();

    //! \a property has changed to \a value.
    void valueChanged(const QString &property, const QVariant &value);

    //! Values have changed. Emitted once per message, before valueChanged() for each value.
    void valuesChanged();

    void readyChanged();

private:
    const std::unique_ptr<Private> d;
};

} // namespace QRepod
