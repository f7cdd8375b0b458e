// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converters.h"
#include "protocol/text.h"

#include <QtCore/qmetaobject.h>

#include <utility>
#include <vector>

namespace QRepod {

//! What precedes the parameters that a message fills.
enum class Leading {
    Nothing,
    Sender, ///< a QObject *, a pointer to a class derived from it, or a QVariant
};

//! What the methods of a class may take besides the contents of the message.
struct Extras
{
    Extras(Leading leading = Leading::Nothing, std::vector<QMetaType> supplied = {})
        : leading(leading)
        , supplied(std::move(supplied))
    {
    }

    Leading leading;
    std::vector<QMetaType> supplied; ///< types of supplied arguments, in any later place
};

//! One bit for each field that a method takes.
using FieldSet = quint64;

//! Where the parameters of a method come from; worked out once for all of its calls.
class Signature
{
public:
    static constexpr size_t maximumFields = 64; // the bits of a FieldSet
    static constexpr int maximumParameters = 72;

    //! A field that fills a parameter, or a property of the gadget that is the only parameter.
    struct Field
    {
        QByteArray name;
        QByteArray typeName;
        int parameter = 0; ///< counted from 1, as in the arguments of QMetaObject::metacall()
        const Converter *converter = nullptr;
        QMetaType type;    ///< the parameter's
        size_t offset = 0; ///< of the argument, in the memory for all of them
        const GadgetConverter::Property *property = nullptr; ///< for a gadget
        bool isOptional = false; ///< it may be missing, with all fields after it
    };

    //! A parameter that no field fills.
    struct Fixed
    {
        enum class Kind { Sender, Message, Gadget, Supplied };

        Kind kind;
        int parameter; ///< as above
        QMetaType type;
        bool isVariant = false; ///< passed as a QVariant
        size_t offset = 0;      ///< of the QVariant or the gadget
        QVariant none = {};     ///< passed if nothing is supplied
    };

    //! The last \a optional parameters of \a method have default arguments. \a converters must
    //! outlive this object.
    Signature(const QMetaMethod &method, int optional, const Extras &extras,
              Converters &converters);
    Q_DISABLE_COPY_MOVE(Signature)

    //! Why no message can ever fit; empty if one can.
    QByteArray error() const { return m_error; }

    //! The type of the first parameter, if it takes the sender.
    QMetaType sender() const { return m_sender; }
    bool fits(const QObject *sender) const { return !m_needsSender || isSender(sender); }

    int parameters() const { return m_parameters; }
    const std::vector<Fixed> &fixed() const { return m_fixed; }
    const std::vector<Field> &fields() const { return m_fields; }

    //! Whether fields() are the properties of a gadget.
    bool hasGadget() const { return m_hasGadget; }

    //! Returns the field \a key, or nullptr.
    ///
    /// The fields of a message mostly come in the order of their names, as a QVariantMap has them.
    /// The search begins at \a next, 0 at first, and leaves there the place after what it found.
    const Field *find(QByteArrayView key, size_t &next) const
    {
        if (next < m_names.size() && isSameText(m_names[next].text, key))
            return m_names[next++].field;
        return search(key, next);
    }

    //! The fields whose parameters are objects, not plain numbers.
    FieldSet constructed() const { return m_constructed; }

    //! Those of them that a default-constructed object replaces while they are missing.
    FieldSet preset() const { return m_preset; }

    //! Whether the method belongs to QML, which takes `undefined` for optional fields.
    bool isScript() const { return m_isScript; }

    size_t size() const { return m_size; } ///< of the memory for the arguments, in bytes
    size_t alignment() const { return m_alignment; }

private:
    struct Name
    {
        QByteArray text;
        const Field *field; ///< null for the action, which every message has
    };

    void takeSender(const QMetaMethod &method);
    void takeSupplied(const QMetaMethod &method, const std::vector<QMetaType> &types);
    void takeMessageParameters(const QMetaMethod &method, int required, Converters &converters);
    QList<int> unassignedParameters() const;
    void takeMessage(int parameter, QMetaType type);
    void takeGadget(int parameter, QMetaType type, Converters &converters);
    void takeFields(const QMetaMethod &method, Converters &converters);
    void addOptional(int required);
    bool isFixed(int parameter) const;
    void addField(const QByteArray &name, int parameter, QMetaType type,
                  const Converter *converter);
    void sortNames();
    const Field *search(QByteArrayView key, size_t &next) const;
    bool isSender(const QObject *sender) const;
    size_t reserve(QMetaType type);

    const int m_parameters;
    QMetaType m_sender;
    bool m_needsSender = false; // a sender of that type
    std::vector<Fixed> m_fixed;
    bool m_hasGadget = false;
    std::vector<Field> m_fields;
    std::vector<Name> m_names; // of the fields and the action, sorted
    FieldSet m_constructed = 0;
    FieldSet m_preset = 0;
    bool m_isScript;
    size_t m_size = 0;
    size_t m_alignment = 1;
    QByteArray m_error;
};

//! `"an int"`, `"a QString"`.
QByteArray withArticle(QByteArray noun);

} // namespace QRepod
