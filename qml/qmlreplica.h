// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>
#include <QRepod/Replica>

#include <QtCore/qproperty.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlpropertymap.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace QRepod {

//! The QML type Replica: the properties of an object that the server shares.
///
/// \code
/// Replica {
///     id: world
///     listener: game
///     name: "world"
/// }
/// Text { text: world.score }
/// \endcode
///
/// Each property of the shared object becomes a property of the replica. It is undefined until it
/// arrives, and cannot be set here. A property with the same name as one of this type, such as
/// `name`, is only in `values`. `valueChanged(property, value)` is emitted for each change.
///
/// The properties that can be set are bindable in Qt's sense, and must be: with another kind of
/// binding on this object, QQmlPropertyMap would not notice which properties are asked for before
/// they arrive.
class QmlReplica : public QQmlPropertyMap, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(Replica)

    //! The client whose server shares the object.
    Q_PROPERTY(QRepod::ConnectionListener *listener READ listener WRITE setListener BINDABLE
                   bindableListener NOTIFY listenerChanged FINAL)

    //! The name under which the server shares the object.
    Q_PROPERTY(QString name READ name WRITE setName BINDABLE bindableName NOTIFY nameChanged FINAL)

    //! Whether all values have arrived. False until then, after the connection has ended, and when
    //! the object is no longer shared; the values stay as they were.
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged FINAL)

    //! All values, by property name.
    Q_PROPERTY(QVariant values READ values NOTIFY valuesChanged FINAL)

    //! An object whose writable properties of the same names are updated. Default: null.
    Q_PROPERTY(QObject *target READ target WRITE setTarget BINDABLE bindableTarget NOTIFY
                   targetChanged FINAL)

public:
    explicit QmlReplica(QObject *parent = nullptr);

    ConnectionListener *listener() const { return m_listener; }
    void setListener(ConnectionListener *listener) { m_listener = listener; }
    QBindable<ConnectionListener *> bindableListener() { return &m_listener; }

    QString name() const { return m_name; }
    void setName(const QString &name) { m_name = name; }
    QBindable<QString> bindableName() { return &m_name; }

    bool isReady() const { return m_replica && m_replica->isReady(); }
    QVariant values() const { return m_replica ? m_replica->values() : QVariantMap(); }

    QObject *target() const { return m_target; }
    void setTarget(QObject *target) { m_target = target; }
    QBindable<QObject *> bindableTarget() { return &m_target; }

    void classBegin() override { m_isComplete = false; }
    void componentComplete() override;

Q_SIGNALS:
    //! All values have arrived, for the first time or again.
    void ready();

    void listenerChanged();
    void nameChanged();
    void readyChanged();
    void valuesChanged();
    void targetChanged();

protected:
    QVariant updateValue(const QString &key, const QVariant &input) override;

private:
    void follow();
    void followTarget();
    void takeValues();
    static bool isTaken(const QString &property);

    Q_OBJECT_BINDABLE_PROPERTY(QmlReplica, ConnectionListener *, m_listener,
                               &QmlReplica::listenerChanged)
    Q_OBJECT_BINDABLE_PROPERTY(QmlReplica, QString, m_name, &QmlReplica::nameChanged)
    Q_OBJECT_BINDABLE_PROPERTY(QmlReplica, QObject *, m_target, &QmlReplica::targetChanged)

    std::unique_ptr<Replica> m_replica; // once listener and name are set
    bool m_isComplete = true;           // false between classBegin() and componentComplete()
};

} // namespace QRepod
