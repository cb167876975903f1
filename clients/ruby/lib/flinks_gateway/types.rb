# frozen_string_literal: true

# Requests and outcomes. Fields are the contract's, in its words.

module FlinksGateway
  # The language of a bank's prompts.
  module Language
    # Flinks decides.
    UNSPECIFIED = :UNSPECIFIED
    # English.
    EN = :EN
    # French.
    FR = :FR

    # @return [Array<Symbol>] all values
    def self.all = [UNSPECIFIED, EN, FR]
  end

  # Whose accounts a login opens.
  module LoginType
    # Flinks did not say.
    UNSPECIFIED = :UNSPECIFIED
    # A person's.
    PERSONAL = :PERSONAL
    # A company's.
    BUSINESS = :BUSINESS
    # A type newer than this client: see {Login#type_name}.
    OTHER = :OTHER

    # @return [Array<Symbol>] all values
    def self.all = [UNSPECIFIED, PERSONAL, BUSINESS, OTHER]
  end

  # What a {Link} leads to.
  module Resource
    # Unsaid, or something newer than this client: see {Link#rel}.
    UNSPECIFIED = :UNSPECIFIED
    # Accounts with their transactions.
    ACCOUNTS_DETAIL = :ACCOUNTS_DETAIL
    # Accounts with their balances.
    ACCOUNTS_SUMMARY = :ACCOUNTS_SUMMARY
    # The bank's statements as documents.
    STATEMENTS = :STATEMENTS
    # The sign-in itself.
    AUTHORIZATION = :AUTHORIZATION

    # @return [Array<Symbol>] all values
    def self.all = [UNSPECIFIED, ACCOUNTS_DETAIL, ACCOUNTS_SUMMARY, STATEMENTS, AUTHORIZATION]
  end

  # What a customer signs in with at their bank. Texts are sent as they are, never trimmed.
  class Credentials < Value
    # @!method initialize(institution:, username:, password:)
    #   @raise [ArgumentError, TypeError] for a field that is missing, or no text

    # Flinks' name for the bank, exactly as Flinks spells it, such as +FlinksCapital+.
    # @return [String]
    field :institution, Check::TEXT
    # The user name or card number at the bank. A secret.
    # @return [String]
    field :username, Check::TEXT, secret: true
    # The password at the bank. A secret.
    # @return [String]
    field :password, Check::TEXT, secret: true
  end

  # A saved login to refresh live, with the credentials that Flinks holds.
  class LoginId < Value
    # The {Login#login_id} of an earlier session. A secret.
    # @return [String]
    field :login_id, Check::TEXT, secret: true

    # @param login_id [String]
    def initialize(login_id) = super(login_id:)
  end

  # Whom to sign in live, and what to keep of it.
  class AuthorizeRequest < Value
    # @!method initialize(subject:, save:, language: Language::UNSPECIFIED, tag: "", schedule_refresh: false, with_mfa_questions: false, instance: "")
    #   @raise [ArgumentError, TypeError] for a field that is missing or of another type

    # Who signs in.
    # @return [Credentials, LoginId]
    field :subject, Check.one_of(Credentials, LoginId)
    # Whether Flinks keeps the credentials and data after the call. Has no default: what happens to a customer's bank
    # password is no default.
    # @return [Boolean]
    field :save, Check::FLAG
    # The language of the bank's prompts: a value of {Language}. Part of a login's identity.
    # @return [Symbol]
    field :language, Check.enum(Language), default: Language::UNSPECIFIED
    # Free text that Flinks stores and echoes, at most 512 characters. A secret.
    # @return [String]
    field :tag, Check::TEXT, secret: true, default: ""
    # Turns the nightly refresh on for a login that is saved for the first time. Needs {#save}.
    # @return [Boolean]
    field :schedule_refresh, Check::FLAG, default: false
    # Has Flinks collect all security questions of the customer as well. Needs {#save}.
    # @return [Boolean]
    field :with_mfa_questions, Check::FLAG, default: false
    # Which of the gateway's Flinks instances to use; empty is its default.
    # @return [String]
    field :instance, Check::TEXT, default: ""
  end

  # Which saved login to reopen.
  class CachedAuthorizeRequest < Value
    # @!method initialize(login_id:, tag: "", instance: "")
    #   @raise [ArgumentError, TypeError] for a field that is missing, or no text

    # The {Login#login_id} of an earlier session. A secret.
    # @return [String]
    field :login_id, Check::TEXT, secret: true
    # Free text that Flinks stores and echoes, at most 512 characters. A secret.
    # @return [String]
    field :tag, Check::TEXT, secret: true, default: ""
    # Which of the gateway's Flinks instances holds the login; empty is its default.
    # @return [String]
    field :instance, Check::TEXT, default: ""
  end

  # A bank, as far as Flinks named it.
  class Institution < Value
    # Flinks' name for it, such as +FlinksCapital+: what {Credentials#institution} takes.
    # @return [String]
    field :name, Check::TEXT, default: ""
    # Its name for people.
    # @return [String]
    field :display_name, Check::TEXT, default: ""
    # Flinks' number for it; 0 when Flinks gave none.
    # @return [Integer]
    field :id, Check::INTEGER, default: 0
  end

  # A step that Flinks offers next.
  class Link < Value
    # What it leads to: a value of {Resource}.
    # @return [Symbol]
    field :resource, Check.enum(Resource), default: Resource::UNSPECIFIED
    # What it leads to in Flinks' own words.
    # @return [String]
    field :rel, Check::TEXT, default: ""
    # The path below Flinks' +…/BankingServices+, such as +/GetAccountsDetail+.
    # @return [String]
    field :href, Check::TEXT, default: ""
    # An example of the path with its parameters.
    # @return [String]
    field :example, Check::TEXT, default: ""
  end

  # A saved login: the reference to a customer's credentials and data at Flinks.
  class Login < Value
    # Whoever has it can reopen the login: keep it like a password.
    # @return [String]
    field :login_id, Check::TEXT, secret: true
    # The user name at the bank as it was typed. A secret.
    # @return [String]
    field :username, Check::TEXT, secret: true, default: ""
    # Whose accounts these are: a value of {LoginType}.
    # @return [Symbol]
    field :type, Check.enum(LoginType), default: LoginType::UNSPECIFIED
    # Whether Flinks refreshes the login every night.
    # @return [Boolean]
    field :scheduled_refresh, Check::FLAG, default: false
    # When the bank was last asked, in UTC.
    # @return [Time, nil]
    field :last_refresh_time, Check::TIME, default: nil
    # The type in Flinks' own words.
    # @return [String]
    field :type_name, Check::TEXT, default: ""
  end

  # An open session at Flinks. An outcome of all calls.
  class Session < Value
    # Names the session towards Flinks' data endpoints.
    # @return [String]
    field :request_id, Check::TEXT
    # The saved login that was opened; +nil+ when Flinks saved none.
    # @return [Login, nil]
    field :login, Check.one_of(Login, nil), default: nil
    # The bank that was signed in at; +nil+ when Flinks did not name it.
    # @return [Institution, nil]
    field :institution, Check.one_of(Institution, nil), default: nil
    # What can be asked for next.
    # @return [Array<Link>]
    field :links, Check.list(Check.one_of(Link)), default: []
    # The tag of the request, as Flinks echoed it. A secret.
    # @return [String]
    field :tag, Check::TEXT, secret: true, default: ""
  end

  # A sign-in that Flinks goes on with in the background. An outcome of all calls. Whether the session opened shows when
  # its data is asked for at Flinks.
  class PendingOperation < Value
    # Names the session towards Flinks' data endpoints.
    # @return [String]
    field :request_id, Check::TEXT
    # How Flinks put it, such as +OPERATION_PENDING+.
    # @return [String]
    field :flinks_code, Check::TEXT, default: ""
    # Where Flinks says to ask.
    # @return [Array<Link>]
    field :links, Check.list(Check.one_of(Link)), default: []
  end
end
