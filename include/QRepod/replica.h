// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

class ConnectionListener;

//! At a client, the properties of an object that the server shares; see Room::share().
///
/// \code
/// QRepod::Replica world(&game, "world");
/// connect(&world, &QRepod::Replica::valueChanged, showValue);
/// \endcode
///
/// Values arrive as those of messages do: enumerations as numbers, gadgets as maps. They change
/// inside of ConnectionListener::pump(), in the listener's thread, where this lives too. Of one
/// message, all values have changed before the first valueChanged() is emitted.
///
/// It may be made and destroyed at any time: what has come before is there at once.
class QREPOD_EXPORT Replica : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Replica)
    Q_PROPERTY(QString name READ name CONSTANT)
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged)
    Q_PROPERTY(QVariantMap values READ values NOTIFY valuesChanged)

public:
    class Private; ///< the library's own part

    //! Follows what the server of \a listener shares as \a name. Either may go first.
    Replica(ConnectionListener *listener, const QString &name, QObject *parent = nullptr);
    ~Replica() override;

    QString name() const;

    //! Whether everything has come. False until then, after the connection has ended, and when the
    //! object is not shared any more; the values stay as they were.
    bool isReady() const;

    //! All values, by the names of the properties.
    QVariantMap values() const;

    //! The value of \a property; invalid if there is none.
    QVariant value(const QString &property) const;

    //! Sets the writable properties of \a target that have the same names, now and whenever a value
    //! changes. A value is converted as for a handler's parameter: also to enumerations and
    //! gadgets. One that does not fit is left out, with a warning. nullptr ends it.
    void setTarget(QObject *target);
    QObject *target() const;

Q_SIGNALS:
    //! Everything has come, for the first time or again.
    void ready();

    //! The value of \a property is another, \a value.
    void valueChanged(const QString &property, const QVariant &value);

    //! Values are others: once for each message, before valueChanged() for each of them.
    void valuesChanged();

    void readyChanged();

private:
    const std::unique_ptr<Private> d;
};

} // namespace QRepod
