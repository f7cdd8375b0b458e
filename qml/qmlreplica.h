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
/// Each property of the shared object is one of the replica; it is undefined until it has come, and
/// cannot be set here. One that is called like something of this type, as `name` is, is reached by
/// `values`. `valueChanged(property, value)` tells of each that is another.
///
/// What can be set is bindable in Qt's sense, and has to be: a binding of another kind on this
/// object would keep QQmlPropertyMap from noticing which properties others ask for before they have
/// come.
class QmlReplica : public QQmlPropertyMap, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(Replica)

    //! Whose server shares it.
    Q_PROPERTY(QRepod::ConnectionListener *listener READ listener WRITE setListener BINDABLE
                   bindableListener NOTIFY listenerChanged FINAL)

    //! What the server shares it as.
    Q_PROPERTY(QString name READ name WRITE setName BINDABLE bindableName NOTIFY nameChanged FINAL)

    //! Whether everything has come. False until then, after the connection has ended, and when the
    //! object is not shared any more; the values stay as they were.
    Q_PROPERTY(bool isReady READ isReady NOTIFY readyChanged FINAL)

    //! All values, by the names of the properties.
    Q_PROPERTY(QVariant values READ values NOTIFY valuesChanged FINAL)

    //! An object whose writable properties of the same names follow. Default: null.
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
    //! Everything has come, for the first time or again.
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

    std::unique_ptr<Replica> m_replica; // once it is known whose and of what
    bool m_isComplete = true;           // not between classBegin() and componentComplete()
};

} // namespace QRepod
